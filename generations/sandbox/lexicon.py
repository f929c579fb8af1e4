"""The words that a prompt is searched for, English and Chinese; ``words`` reads them.

Chinese words are found anywhere in the text, Latin ones only as whole words.
"""

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True)
class Concept:
    """Something a prompt may speak of.

    ``weight`` ranks the manner that it suggests: a style outweighs a subject, a subject a place; 0 suggests none.
    """

    weight: int
    manner: str
    words: str


CONCEPTS = {
    "ink": Concept(
        6,
        "ink",
        "ink sumi brush 水墨 国画 山水 墨",
    ),
    "watercolour": Concept(
        6,
        "watercolour",
        "watercolor watercolour aquarelle gouache 水彩 晕染",
    ),
    "papercut": Concept(
        6,
        "papercut",
        "papercut paper-cut paper origami layered 剪纸 纸艺 折纸",
    ),
    "poster": Concept(
        6,
        "poster",
        "poster bauhaus geometric minimalist logo flat design 海报 几何 极简 包豪斯 标志",
    ),
    "abstract": Concept(
        5,
        "flow",
        "abstract marble fluid swirl texture wallpaper gradient 抽象 大理石 流体 纹理 渐变 壁纸",
    ),
    "silk": Concept(
        5,
        "flow",
        "silk satin fabric smoke cloth 丝绸 绸缎 烟雾 织物",
    ),
    "cat": Concept(
        5,
        "creature",
        "cat kitten kitty tabby 猫 橘猫 小猫 喵",
    ),
    "dog": Concept(
        5,
        "creature",
        "dog puppy corgi 狗 小狗 犬 柯基",
    ),
    "fox": Concept(
        5,
        "creature",
        "fox 狐狸",
    ),
    "bear": Concept(
        5,
        "creature",
        "bear panda otter beaver hamster mouse 熊 熊猫 水獭 海狸 仓鼠 鼠 兽医 动物 animal",
    ),
    "rabbit": Concept(
        5,
        "creature",
        "rabbit bunny hare 兔",
    ),
    "portrait": Concept(
        4,
        "portrait",
        "portrait girl boy woman man face person people model selfie 人像 肖像 女孩 男孩 女人 男人 少女 人物 模特",
    ),
    "still": Concept(
        4,
        "still",
        "vase ceramic pottery porcelain 陶瓷 花瓶 瓷器 陶",
    ),
    "planet": Concept(
        4,
        "planet",
        "planet space galaxy cosmos universe astronaut saturn jupiter mars nebula 星球 太空 宇宙 银河 行星 "
        "宇航员 星云 土星",
    ),
    "lantern": Concept(
        4,
        "lanterns",
        "lantern lanterns festival 灯笼 孔明灯 元宵 花灯 节日",
    ),
    "balloon": Concept(
        4,
        "balloons",
        "balloon balloons airship 气球 热气球",
    ),
    "aurora": Concept(
        4,
        "aurora",
        "aurora northern lights arctic polar 极光 北极",
    ),
    "flower": Concept(
        3,
        "flowers",
        "flower flowers garden rose tulip sunflower blossom sakura cherry lotus lavender spring 花 花园 玫瑰 "
        "郁金香 樱花 荷花 薰衣草 春",
    ),
    "city": Concept(
        3,
        "neon",
        "city street neon cyberpunk skyline skyscraper urban tokyo shanghai hong robot car 城市 霓虹 街 都市 "
        "赛博 夜景 大厦 上海 机器人 汽车",
    ),
    "sea": Concept(
        3,
        "sea",
        "sea ocean wave waves beach coast lake sailing boat ship water harbour harbor whale fish 海 海浪 沙滩 "
        "湖 船 帆 港 鲸 鱼 水面",
    ),
    "forest": Concept(
        3,
        "forest",
        "forest tree trees woods jungle pine bamboo mist fog 森林 树 林 竹 雾 丛林",
    ),
    "peaks": Concept(
        3,
        "peaks",
        "mountain mountains alps peak peaks snow glacier winter cliff valley hiking 山 雪 雪山 冰川 冬 悬崖 峡谷 高原",
    ),
    "desert": Concept(
        3,
        "dunes",
        "desert dune dunes sand sahara camel 沙漠 沙丘 骆驼 戈壁",
    ),
    "meadow": Concept(
        2,
        "flowers",
        "meadow grass field grassland hill hills 草地 草原 田野 原野",
    ),
    "bowl": Concept(
        4,
        "still",
        "bowl noodle noodles soup food ramen 碗 面条 汤 美食",
    ),
    "cup": Concept(
        4,
        "still",
        "cup mug tea coffee 杯 茶 咖啡",
    ),
    "jar": Concept(
        4,
        "still",
        "bottle perfume jar product 瓶 香水 产品",
    ),
    "ringed": Concept(
        0,
        "planet",
        "saturn ring rings ringed 土星 光环",
    ),
    "ginger": Concept(
        0,
        "creature",
        "ginger orange 橘",
    ),
    "moon": Concept(
        1,
        "sea",
        "moon moonlight 月 月亮 月光",
    ),
    "rain": Concept(
        1,
        "neon",
        "rain rainy storm wet 雨 暴风 湿润",
    ),
    "snow": Concept(
        1,
        "peaks",
        "snow snowy ice frozen 雪 冰",
    ),
    "sun": Concept(
        1,
        "dunes",
        "sun sunny sunlight 阳光 太阳 晴",
    ),
}
HOUR_WORDS = {
    "night": "night midnight moon moonlight stars starry dark neon aurora 夜 夜晚 星空 月 深夜 黑暗 霓虹 极光",
    "dusk": "dusk sunset evening twilight golden 黄昏 日落 傍晚 夕阳 晚霞 暮",
    "dawn": "dawn sunrise morning 黎明 日出 清晨 早晨 朝霞 晨",
    "day": "day noon sunny bright sunlight blue-sky summer 白天 阳光 晴 明媚 正午 夏",
    "grey": "fog mist rain cloudy overcast winter storm 雾 雨 阴 冬 烟雨",
}
TINTS = {
    "#d8344a": "red crimson scarlet 红 赤",
    "#ef7f2e": "orange amber 橙 橘色",
    "#e9b935": "yellow gold 黄 金色",
    "#4aa356": "green emerald jade 绿 翠 青绿",
    "#2fa6a0": "teal turquoise cyan 青色 碧",
    "#2f6fd0": "blue azure cobalt 蓝",
    "#7a4fc4": "purple violet lilac 紫",
    "#ee7fb0": "pink magenta rose-coloured 粉",
}
